package dev.lethe.planted.audit;

import dev.lethe.planted.protect.Defence;

/** An auditor that knows the defence it is to judge. */
public final class KnowsDefences {
    private KnowsDefences() {}

    public static String lookAt(Defence defence) {
        return defence.name();
    }
}
