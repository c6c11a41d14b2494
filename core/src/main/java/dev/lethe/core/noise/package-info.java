/** Noise that is drawn exactly: coins, discrete Laplace and Gaussian, and the mechanisms made of them. docs/math/noise.md. */
@NullMarked
package dev.lethe.core.noise;

import org.jspecify.annotations.NullMarked;
