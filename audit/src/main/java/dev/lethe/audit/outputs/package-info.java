/** What a model's raw answers are, what was done to them on the way, and what that does to an audit. */
@NullMarked
package dev.lethe.audit.outputs;

import org.jspecify.annotations.NullMarked;
