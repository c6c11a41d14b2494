/** Benchmarks and reproductions of published tables: our figures beside theirs. Not published. */
@NullMarked
package dev.lethe.bench;

import org.jspecify.annotations.NullMarked;
