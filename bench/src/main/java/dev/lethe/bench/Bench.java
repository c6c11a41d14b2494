package dev.lethe.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Runs a reproduction ({@code reproduce NAME}) or the JMH benchmarks ({@code bench [ARGUMENTS]}). */
public final class Bench {
    private static final List<Reproduction> REPRODUCTIONS = List.of(
            new LiraReference(),
            new Battery(),
            new Battery.PublicFigures(),
            new ScoringSpeed(),
            new PredictionsSpeed(),
            new PurchaseTrap(),
            new ShokriLocation(),
            new OneRunAudit(),
            new LiraCifar(CifarGame.FULL),
            new RmiaCifar(CifarGame.FULL),
            new PriceSpeed(),
            new DpSgdMnist(false),
            new DpSgdMnist(true),
            new DpSgdSpeed(),
            new SequenceSpeed(),
            new DpSgdAudit());

    private Bench() {}

    public static void main(String[] arguments) throws Exception {
        if (arguments.length >= 1 && arguments[0].equals("bench")) {
            org.openjdk.jmh.Main.main(java.util.Arrays.copyOfRange(arguments, 1, arguments.length));
            return;
        }
        System.exit(reproduce(List.of(arguments)));
    }

    /** Exit code 0 if our figures agree with the published ones, 1 if not, 2 for wrong usage, 4 for missing data. */
    private static int reproduce(List<String> arguments) throws Exception {
        Path data = Path.of(System.getProperty("lethe.data", "../shared/data"));
        Path kept = Path.of("target/reproduce");
        String name = "";
        for (int i = 1; i < arguments.size(); i++) {
            if (arguments.get(i).equals("--data") && i + 1 < arguments.size()) {
                data = Path.of(arguments.get(++i));
            } else if (arguments.get(i).equals("--store") && i + 1 < arguments.size()) {
                kept = Path.of(arguments.get(++i));
            } else {
                name = arguments.get(i);
            }
        }
        for (Reproduction reproduction : REPRODUCTIONS) {
            if (reproduction.name().equals(name)) {
                if (!Files.isDirectory(data)) {
                    System.err.println(
                            "lethe: the data folder " + data.toAbsolutePath().normalize()
                                    + " does not exist; name it with --data DIR. " + reproduction.dataHome());
                    return 4;
                }
                return reproduction.run(data, kept) ? 0 : 1;
            }
        }
        System.err.println("Usage: lethe reproduce NAME [--data DIR] [--store DIR]\n\nPublished experiments:");
        for (Reproduction reproduction : REPRODUCTIONS) {
            System.err.printf("  %-18s %s%n", reproduction.name(), reproduction.summary());
        }
        return 2;
    }
}
