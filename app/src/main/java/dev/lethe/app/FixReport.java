package dev.lethe.app;

import dev.lethe.core.privacy.Claim;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Both walks side by side: the recipe as it was, and with each remedy.
 *
 * @param target what no attack shall exceed
 * @param rule how the chosen one is chosen
 * @param points the undefended recipe first
 * @param search what the search cost, a line each
 * @param caveats for the reader who must sign
 */
record FixReport(
        String title,
        String data,
        long seed,
        String version,
        String target,
        String metric,
        String rule,
        List<Point> points,
        List<String> search,
        List<String> caveats) {
    FixReport {
        points = List.copyOf(points);
        search = List.copyOf(search);
        caveats = List.copyOf(caveats);
    }

    /** A number with its interval. */
    record Measured(double value, double low, double high) {}

    /**
     * A recipe, audited.
     *
     * @param claim of its models; null for the undefended one
     * @param recipe in words
     * @param leak of the attack that finds most, by its interval's upper end
     * @param attack its name
     * @param bound what no attack can exceed, by the theorem; null where there is none
     * @param accuracy of one model on records that it was not trained on
     * @param trainAccuracy of the same on records that it was
     * @param reaches whether the leak's upper end keeps the target
     * @param chosen whether the rule takes it
     * @param model folder of the model that was charged for, null if none was
     * @param charge hash of that entry
     * @param report where its audit's page is
     */
    record Point(
            String id,
            String name,
            @Nullable Claim claim,
            String recipe,
            Measured leak,
            String attack,
            Measured auc,
            @Nullable Double bound,
            Measured accuracy,
            double trainAccuracy,
            boolean reaches,
            boolean chosen,
            @Nullable String model,
            @Nullable String charge,
            String report) {

        Point asChosen() {
            return new Point(
                    id,
                    name,
                    claim,
                    recipe,
                    leak,
                    attack,
                    auc,
                    bound,
                    accuracy,
                    trainAccuracy,
                    reaches,
                    true,
                    model,
                    charge,
                    report);
        }

        boolean isGuaranteed() {
            return claim instanceof Claim.DifferentialPrivacy;
        }
    }

    Point before() {
        return points.get(0);
    }

    Optional<Point> chosen() {
        return points.stream().filter(Point::chosen).findFirst();
    }
}
