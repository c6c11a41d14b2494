/** The auditor: attacks, the referee who knows the truth, evidence, findings and reports. */
@NullMarked
package dev.lethe.audit;

import org.jspecify.annotations.NullMarked;
