package dev.lethe.audit.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lethe.audit.Card;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.core.model.Progress;
import dev.lethe.core.random.Seed;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlantTest {
    @TempDir
    private Path folder;

    private List<Plant.Sight> look(List<MembershipAttack> attacks) {
        return Plant.look(Games.noise(2000, Seed.of(1)), attacks, folder, 5, 2, Progress.QUIET);
    }

    @Test
    void everyAttackThatShipsSeesIt() {
        assertThat(look(Attacks.all())).allMatch(Plant.Sight::seen, "seen");
    }

    /** The saboteurs: what the guard is for. */
    @Test
    void blindAttacksAreCaught() {
        List<MembershipAttack> blind = List.of(
                new Sabotaged("constant", view -> new double[view.records()]),
                new Sabotaged("upside-down", view -> {
                    double[] scores = view.target(Signal.LOGIT_MARGIN);
                    for (int record = 0; record < scores.length; record++) {
                        scores[record] = -scores[record];
                    }
                    return scores;
                }),
                new Sabotaged("off-by-one", view -> {
                    double[] right = view.target(Signal.LOGIT_MARGIN);
                    double[] scores = new double[right.length];
                    for (int record = 0; record < scores.length; record++) {
                        scores[record] = right[(record + 1) % right.length];
                    }
                    return scores;
                }));
        assertThat(look(blind)).noneMatch(Plant.Sight::seen);
    }

    private record Sabotaged(String id, Function<MembershipView, double[]> scores) implements MembershipAttack {
        @Override
        public Card card() {
            return new Card(id, id, "Cannot see.", "nobody 2026", List.of("nothing"));
        }

        @Override
        public Scores attack(MembershipView view) {
            return Scores.of(scores.apply(view));
        }
    }
}
