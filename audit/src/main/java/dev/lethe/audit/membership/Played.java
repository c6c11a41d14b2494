package dev.lethe.audit.membership;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The attacks that could be tried, with their games, target by target.
 *
 * @param refused a sentence for each attack that does not apply to such a model or such data
 */
record Played(List<MembershipAttack> attacks, List<List<Referee.Game>> games, List<String> refused) {
    /**
     * Plays every attack against every target.
     *
     * @throws IllegalArgumentException if none of the attacks applies
     */
    static Played of(
            List<MembershipAttack> attacks,
            int targets,
            int threads,
            Referee referee,
            dev.lethe.core.model.Progress progress) {
        Referee.Game[][] played = new Referee.Game[attacks.size()][targets];
        String[] reasons = new String[attacks.size()];
        List<Runnable> games = new ArrayList<>();
        // The costliest are usually named last.
        int[] costlyFirst = IntStream.range(0, attacks.size())
                .boxed()
                .sorted(Comparator.comparing((Integer a) -> !attacks.get(a).worksWithModels())
                        .thenComparing(Comparator.reverseOrder()))
                .mapToInt(Integer::intValue)
                .toArray();
        for (int target = 0; target < targets; target++) {
            for (int a : costlyFirst) {
                int t = target;
                games.add(() -> {
                    try {
                        played[a][t] = referee.play(attacks.get(a), t);
                    } catch (NotApplicableException e) {
                        reasons[a] = e.getMessage();
                    }
                });
            }
        }
        Parallel.run(games, threads, done -> progress.at("attacking", done));
        List<MembershipAttack> tried = new ArrayList<>();
        List<List<Referee.Game>> of = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        for (int attack = 0; attack < attacks.size(); attack++) {
            if (reasons[attack] == null) {
                tried.add(attacks.get(attack));
                of.add(List.of(played[attack]));
            } else {
                refused.add(attacks.get(attack).card().id() + ": " + reasons[attack]);
            }
        }
        if (tried.isEmpty()) {
            throw new IllegalArgumentException("attacks: none can be tried here; " + String.join("; ", refused));
        }
        return new Played(tried, of, refused);
    }
}
