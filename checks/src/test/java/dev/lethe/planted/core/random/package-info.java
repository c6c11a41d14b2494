/** Allowed: the one package that draws random bits, and states its nullness. */
@NullMarked
package dev.lethe.planted.core.random;

import org.jspecify.annotations.NullMarked;
