package dev.lethe.audit.memorization;

/**
 * A filling that an attacker found.
 *
 * @param text the whole canary
 * @param bits its log-perplexity from the first hole on
 */
public record Candidate(String text, double bits) {}
