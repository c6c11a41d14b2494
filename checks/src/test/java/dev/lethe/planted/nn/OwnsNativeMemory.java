package dev.lethe.planted.nn;

import org.bytedeco.javacpp.FloatPointer;

/** Allowed: native memory in the room that owns it. */
public final class OwnsNativeMemory {
    private OwnsNativeMemory() {}

    public static long capacity(FloatPointer pointer) {
        return pointer.capacity();
    }
}
