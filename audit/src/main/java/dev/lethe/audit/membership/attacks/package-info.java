/** Membership attacks, one file each. They see a {@link dev.lethe.audit.membership.MembershipView} and nothing else. */
@NullMarked
package dev.lethe.audit.membership.attacks;

import org.jspecify.annotations.NullMarked;
