/** What happened, in numbers: receiver operating characteristics, their summaries and their intervals. */
@NullMarked
package dev.lethe.audit.evidence;

import org.jspecify.annotations.NullMarked;
