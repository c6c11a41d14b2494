package dev.lethe.planted.protect;

/** What a defence will look like. */
public interface Defence {
    String name();

    String protect(String data);
}
