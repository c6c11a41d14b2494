package dev.lethe.planted.audit.membership;

/** Who was in. */
public record AnswerKey(boolean[] members) {}
