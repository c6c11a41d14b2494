package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipAttack;
import java.util.List;
import java.util.Optional;

/** The membership attacks that ship: a new one is one file beside these and one line here. */
public final class Attacks {
    private static final List<MembershipAttack> ALL = List.of(
            new LossThreshold(),
            new ConfidenceThreshold(),
            new EntropyThreshold(true),
            Shokri.DEFAULT,
            new Lira(Lira.Variance.AUTO),
            new LiraOffline(Lira.Variance.AUTO));

    private Attacks() {}

    /** All, each with its default settings. */
    public static List<MembershipAttack> all() {
        return ALL;
    }

    /** The attack with this id, with its default settings. */
    public static Optional<MembershipAttack> find(String id) {
        return ALL.stream().filter(attack -> attack.card().id().equals(id)).findFirst();
    }
}
