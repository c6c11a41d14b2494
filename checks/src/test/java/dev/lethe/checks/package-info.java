/** The house rules and the end-to-end tests: what no single module can check of itself. */
@NullMarked
package dev.lethe.checks;

import org.jspecify.annotations.NullMarked;
