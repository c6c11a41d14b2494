package dev.lethe.bench;

import dev.lethe.audit.membership.MembershipAttack;
import dev.lethe.audit.membership.MembershipAudit;
import dev.lethe.audit.membership.attacks.Attacks;
import dev.lethe.audit.report.Finding;
import dev.lethe.audit.report.Report;
import dev.lethe.core.model.Progress;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Every attack on four tasks with 4, 16 and 64 shadow models, mean over 8 rotated targets. Agrees if BaVarIA is at least as
 * strong as the better of LiRA and RMIA with 4 and with 16 shadows on three of the tasks, and on the purchase table with 16
 * shadows as strong as the best that public tools found there.
 */
final class Battery implements Reproduction {
    private static final long SEED = 2026;
    private static final int TARGETS = 8;
    private static final List<Integer> SHADOWS = List.of(4, 16, 64);
    private static final List<Double> RATES = List.of(0.001, 0.01);
    private static final List<String> METRICS = List.of("auc", "tpr@fpr=0.01", "tpr@fpr=0.001");

    /** Differences between attacks on the same targets below this are noise. */
    private static final double TIE = 0.002;

    /** The best public figures on the purchase table: LiRA with 16 shadow models by PyTorch, docs/compare.md. */
    private static final double PUBLIC_AUC = 0.989;

    private static final double PUBLIC_TPR = 0.335;

    @Override
    public String name() {
        return "battery";
    }

    @Override
    public String summary() {
        return "every membership attack on four tasks with 4, 16 and 64 shadow models";
    }

    @Override
    public String dataHome() {
        return Task.HOME;
    }

    /** The three metrics of each attack, by its id, for one number of shadows. */
    private record Strengths(Map<String, double[]> of) {
        double at(String attack, String metric) {
            return of.get(attack)[METRICS.indexOf(metric)];
        }
    }

    @Override
    public boolean run(Path data, Path kept) throws Exception {
        System.out.println("AUC, TPR at 0.01, TPR at 0.001; mean over " + TARGETS + " rotated targets, seed " + SEED);
        int stronger = 0;
        boolean agrees = true;
        for (Task<?> task : List.of(Task.location(data), Task.job(data), Task.yes(data), Task.purchases())) {
            List<Strengths> strengths = new ArrayList<>();
            for (int shadows : SHADOWS) {
                strengths.add(measure(task, shadows));
            }
            print(task, strengths);
            stronger += isStrongest(strengths.get(0)) && isStrongest(strengths.get(1)) ? 1 : 0;
            if (task.name().equals("purchase-like")) {
                double auc = strengths.get(1).at("bavaria", "auc");
                double tpr = strengths.get(1).at("bavaria", "tpr@fpr=0.001");
                agrees = auc >= PUBLIC_AUC && tpr >= PUBLIC_TPR;
                System.out.printf(
                        Locale.ROOT,
                        "best public figures with 16 shadows: AUC %.3f, TPR at 0.001 %.3f; BaVarIA %.4f and %.4f: %s%n",
                        PUBLIC_AUC,
                        PUBLIC_TPR,
                        auc,
                        tpr,
                        agrees ? "agrees" : "DIFFERS");
            }
        }
        System.out.println("\nBaVarIA at least as strong as the better of LiRA and RMIA (AUC and TPR at 0.01, within "
                + TIE + "), with 4 and with 16 shadows: on " + stronger + " of 4 tasks; asked: 3");
        agrees &= stronger >= 3;
        System.out.println(agrees ? "agrees" : "DIFFERS");
        return agrees;
    }

    private static boolean isStrongest(Strengths strengths) {
        return List.of("auc", "tpr@fpr=0.01").stream()
                .allMatch(metric -> strengths.at("bavaria", metric)
                        >= Math.max(strengths.at("lira", metric), strengths.at("rmia", metric)) - TIE);
    }

    /** With few shadows a store holds fewer models than targets are asked for; then several stores serve. */
    private static Strengths measure(Task<?> task, int shadows) throws IOException {
        List<MembershipAttack> attacks = Attacks.all();
        int targets = Math.min(TARGETS, shadows);
        int stores = TARGETS / targets;
        Map<String, double[]> sums = new LinkedHashMap<>();
        for (int store = 0; store < stores; store++) {
            Report report = task.audit(
                    new MembershipAudit(
                            task.members(),
                            shadows,
                            targets,
                            1,
                            attacks,
                            RATES,
                            0.95,
                            MembershipAudit.DEFAULT_DELTA,
                            Runtime.getRuntime().availableProcessors()),
                    SEED + store,
                    Progress.QUIET);
            for (Finding finding : report.findings()) {
                int metric = METRICS.indexOf(finding.metric());
                if (metric >= 0) {
                    sums.computeIfAbsent(finding.attack(), id -> new double[METRICS.size()])[metric] +=
                            finding.value() / stores;
                }
            }
        }
        return new Strengths(sums);
    }

    private static void print(Task<?> task, List<Strengths> strengths) {
        System.out.printf(Locale.ROOT, "%n%-24s", task.name());
        for (int shadows : SHADOWS) {
            System.out.printf(Locale.ROOT, "  %-20s", shadows + " shadows");
        }
        System.out.println();
        for (String attack : strengths.get(0).of().keySet()) {
            System.out.printf(Locale.ROOT, "%-24s", attack);
            for (Strengths s : strengths) {
                double[] m = s.of().get(attack);
                System.out.printf(Locale.ROOT, "  %.4f %.4f %.4f", m[0], m[1], m[2]);
            }
            System.out.println();
        }
    }
}
