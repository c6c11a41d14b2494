/** Exact intervals for measured rates. */
@NullMarked
package dev.lethe.core.stats;

import org.jspecify.annotations.NullMarked;
