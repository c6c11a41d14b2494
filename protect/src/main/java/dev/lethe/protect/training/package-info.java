/** Training of which the result is differentially private. */
@NullMarked
package dev.lethe.protect.training;

import org.jspecify.annotations.NullMarked;
