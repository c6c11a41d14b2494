package dev.lethe.checks;

import dev.lethe.core.random.Seed;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.apache.commons.rng.UniformRandomProvider;

/** Data that are small enough to train on in a second, the same on every run. */
final class SmallData {
    private static final String[] CITIES = {"north", "south", "east"};
    private static final int SIDE = 6;

    private SmallData() {}

    /** People whose outcome depends on their age and city, though not wholly. */
    static Path people(Path file, int rows) throws IOException {
        UniformRandomProvider random = Seed.of(1).fork("people").stream();
        StringBuilder text = new StringBuilder("age,city,visits,outcome\n");
        for (int row = 0; row < rows; row++) {
            int age = 18 + random.nextInt(70);
            int city = random.nextInt(CITIES.length);
            boolean outcome = age / 90.0 + 0.3 * city + 0.6 * random.nextDouble() > 1.2;
            text.append(String.format(
                    Locale.ROOT,
                    "%d,%s,%.3f,%s%n",
                    age,
                    CITIES[city],
                    10 * random.nextDouble(),
                    outcome ? "yes" : "no"));
        }
        return Files.writeString(file, text);
    }

    /** People whose outcome is a coin flip: a model that knows the outcomes has learned them by heart. */
    static Path coins(Path file, int rows) throws IOException {
        UniformRandomProvider random = Seed.of(1).fork("coins").stream();
        StringBuilder text = new StringBuilder("a;b;c;d;side\n");
        for (int row = 0; row < rows; row++) {
            for (int column = 0; column < 4; column++) {
                text.append(random.nextDouble()).append(';');
            }
            text.append(random.nextBoolean() ? "heads" : "tails").append('\n');
        }
        return Files.writeString(file, text);
    }

    /** Striped images in IDX, labels beside them; the class is the direction of the stripes. */
    static Path images(Path folder, int count) throws IOException {
        UniformRandomProvider random = Seed.of(1).fork("images").stream();
        ByteBuffer images = ByteBuffer.allocate(16 + count * SIDE * SIDE)
                .putInt(0x803)
                .putInt(count)
                .putInt(SIDE)
                .putInt(SIDE);
        ByteBuffer labels = ByteBuffer.allocate(8 + count).putInt(0x801).putInt(count);
        for (int image = 0; image < count; image++) {
            int label = random.nextInt(2);
            labels.put((byte) label);
            for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
                int place = label == 0 ? pixel / SIDE : pixel % SIDE;
                images.put((byte) (place % 2 * 100 + random.nextInt(150)));
            }
        }
        Files.write(folder.resolve("small-labels-idx1-ubyte"), labels.array());
        return Files.write(folder.resolve("small-images-idx3-ubyte"), images.array());
    }
}
