package dev.lethe.planted.intake;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;

/** Allowed: other people's models, at their endpoint. */
public final class Fetches {
    private Fetches() {}

    public static InputStream fetch(URL url) throws IOException {
        return url.openStream();
    }
}
