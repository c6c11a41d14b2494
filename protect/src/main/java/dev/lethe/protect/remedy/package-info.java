/** Remedies without a theorem: each may make a model leak less, and only an audit of the defended recipe tells whether it did. */
@NullMarked
package dev.lethe.protect.remedy;

import org.jspecify.annotations.NullMarked;
