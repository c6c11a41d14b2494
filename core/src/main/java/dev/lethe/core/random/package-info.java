/** Randomness. Reproducible streams come from a {@link dev.lethe.core.random.Seed}; no other package draws random numbers. */
@NullMarked
package dev.lethe.core.random;

import org.jspecify.annotations.NullMarked;
