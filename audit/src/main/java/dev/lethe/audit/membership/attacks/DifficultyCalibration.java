package dev.lethe.audit.membership.attacks;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipView;
import dev.lethe.audit.membership.Part;
import dev.lethe.audit.membership.Scores;
import dev.lethe.audit.membership.Signal;
import java.util.List;

/**
 * Some records are hard for every model: the target's loss counts from what the loss on this record is elsewhere.
 *
 * @param reference what it counts from
 */
public record DifficultyCalibration(Reference reference) implements MembershipAttack {
    /** As in the paper. */
    public static final DifficultyCalibration DEFAULT = new DifficultyCalibration(Reference.OUT);

    /** Where a record's loss is taken to be neutral. */
    public enum Reference {
        /** The mean over shadows that did not see it (Watson et al. 2022). */
        OUT,
        /** Half-way between that and the mean over shadows that did (Sablayrolles et al. 2019). */
        MIDPOINT
    }

    private static final Card CARD = new Card(
            "difficulty-calibration",
            "Difficulty calibration",
            "Compares the model's loss on the record with the mean loss of models that never saw it.",
            "Watson, Guo, Cormode, Sablayrolles: On the Importance of Difficulty Calibration in Membership Inference Attacks,"
                    + " ICLR 2022",
            List.of(
                    "the model's probability for the record's class",
                    "shadow models of the same recipe, none trained on the record"));

    @Override
    public Card card() {
        return CARD;
    }

    @Override
    public Scores attack(MembershipView view) {
        return Scores.of(QueryMean.of(view, query -> scores(view, query)));
    }

    private double[] scores(MembershipView view, int query) {
        double[] in = new double[view.records()];
        double[] out = new double[view.records()];
        int[] countIn = new int[view.records()];
        int[] countOut = new int[view.records()];
        for (int shadow = 0; shadow < view.shadows(); shadow++) {
            double[] signal = view.shadow(shadow, Signal.LOG_LIKELIHOOD, query);
            for (int record = 0; record < signal.length; record++) {
                Part part = view.part(shadow, record);
                if (part == Part.IN) {
                    in[record] += (signal[record] - in[record]) / ++countIn[record];
                } else if (part == Part.OUT) {
                    out[record] += (signal[record] - out[record]) / ++countOut[record];
                }
            }
        }
        double[] scores = view.target(Signal.LOG_LIKELIHOOD, query).clone();
        for (int record = 0; record < scores.length; record++) {
            scores[record] -= reference == Reference.OUT ? out[record] : (in[record] + out[record]) / 2;
        }
        return scores;
    }
}
