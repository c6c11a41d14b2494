/** Anything trained, and the recipe that trains it. */
@NullMarked
package dev.lethe.core.model;

import org.jspecify.annotations.NullMarked;
