/** The memorization game: does a language model give away secrets that its training text held once? */
@NullMarked
package dev.lethe.audit.memorization;

import org.jspecify.annotations.NullMarked;
