package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.membership.MembershipAttack;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The membership attacks that ship: a new one is one file beside these and one line here. */
public final class Attacks {
    private static final List<MembershipAttack> ALL = List.of(
            new LossThreshold(),
            new ConfidenceThreshold(),
            TailIndicator.DEFAULT,
            new EntropyThreshold(true),
            Shokri.DEFAULT,
            Lira.DEFAULT,
            LiraOffline.DEFAULT,
            Rmia.DEFAULT,
            RmiaOffline.DEFAULT,
            Base.DEFAULT,
            BaseOffline.DEFAULT,
            DifficultyCalibration.DEFAULT,
            Bavaria.DEFAULT,
            BavariaOffline.DEFAULT,
            QuantileRegression.DEFAULT,
            LabelOnly.DEFAULT,
            GradientNorm.DEFAULT);

    private Attacks() {}

    /** All, each with its default settings. */
    public static List<MembershipAttack> all() {
        return ALL;
    }

    /** The attack with this id, with its default settings. */
    public static Optional<MembershipAttack> find(String id) {
        return ALL.stream().filter(attack -> attack.card().id().equals(id)).findFirst();
    }

    /**
     * An attack as a user writes it: an id, and settings behind colons where they differ from the default, for example
     * {@code lira:variance=global:saturation=8}.
     */
    public static MembershipAttack parse(String text) {
        String[] parts = text.strip().split(":", -1);
        MembershipAttack attack = find(parts[0])
                .orElseThrow(() -> new IllegalArgumentException("attack '" + parts[0] + "' is unknown; the attacks are "
                        + String.join(", ", ALL.stream().map(a -> a.card().id()).toList())));
        Map<String, String> settings = new LinkedHashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] setting = parts[i].split("=", 2);
            if (setting.length != 2) {
                throw new IllegalArgumentException("setting '" + parts[i] + "' of attack " + parts[0]
                        + " must read name=value; its settings are " + settings(attack));
            }
            settings.put(setting[0], setting[1]);
        }
        return Settings.change(attack, settings);
    }

    /** The settings of an attack as {@link #parse} takes them, for example {@code variance=auto saturation=0.0}. */
    public static String settings(MembershipAttack attack) {
        return Settings.text(attack);
    }
}
