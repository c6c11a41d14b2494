package dev.lethe.core.ledger;

import dev.lethe.core.privacy.PrivacyEvent;
import dev.lethe.core.privacy.PrivacyEvent.Gaussian;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A process of its own that charges: address, user, "race", "charge-on" or "charge-and-wait", noise multiplier, threads. */
final class ChargeLoop {
    private ChargeLoop() {}

    public static void main(String[] arguments) throws Exception {
        Properties credentials = new Properties();
        if (!arguments[1].isEmpty()) {
            credentials.setProperty("user", arguments[1]);
        }
        PrivacyEvent event = new Gaussian(Double.parseDouble(arguments[3]));
        try (Ledger ledger = Ledger.at(arguments[0], credentials)) {
            if (arguments[2].equals("charge-and-wait")) {
                System.out.println(
                        ledger.charge("raced", event, "killed", "test").hash());
                System.out.flush();
                // Until it is killed: here the noise would be drawn.
                System.in.read();
                return;
            }
            while (arguments[2].equals("charge-on")) {
                System.out.println(
                        ledger.charge("raced", event, "until killed", "test").hash());
                System.out.flush();
            }
            ExecutorService threads = Executors.newFixedThreadPool(Integer.parseInt(arguments[4]), work -> {
                Thread thread = new Thread(work);
                // A failure must end the process, not leave it waiting for its threads.
                thread.setDaemon(true);
                return thread;
            });
            List<Future<Integer>> granted = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(arguments[4]); i++) {
                granted.add(threads.submit(() -> untilRefused(ledger, event)));
            }
            int all = 0;
            for (Future<Integer> one : granted) {
                all += one.get();
            }
            threads.shutdown();
            System.out.println(all);
        }
    }

    static int untilRefused(Ledger ledger, PrivacyEvent event) {
        int granted = 0;
        while (true) {
            try {
                ledger.charge("raced", event, "race", Thread.currentThread().getName());
                granted++;
            } catch (BudgetExceededException e) {
                return granted;
            }
        }
    }
}
