/** The membership game: was this person's record in the training data? */
@NullMarked
package dev.lethe.audit.membership;

import org.jspecify.annotations.NullMarked;
