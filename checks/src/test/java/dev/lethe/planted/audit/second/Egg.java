package dev.lethe.planted.audit.second;

import dev.lethe.planted.audit.first.Hen;
import java.util.List;

/** Comes before the hen. */
public record Egg(List<Hen> hens) {}
