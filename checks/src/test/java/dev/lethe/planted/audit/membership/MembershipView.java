package dev.lethe.planted.audit.membership;

/** What an attack is handed, with the answer in its pocket. */
public record MembershipView(AnswerKey key) {}
