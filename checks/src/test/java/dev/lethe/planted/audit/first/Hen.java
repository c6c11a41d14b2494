package dev.lethe.planted.audit.first;

import dev.lethe.planted.audit.second.Egg;

/** Comes before the egg. */
public record Hen(Egg egg) {}
