package dev.lethe.planted.audit.membership;

/** Any attack. */
public interface MembershipAttack {
    double score(int row);
}
