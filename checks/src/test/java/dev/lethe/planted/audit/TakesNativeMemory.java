package dev.lethe.planted.audit;

import org.bytedeco.javacpp.FloatPointer;

/** Native memory in the wrong room. */
public final class TakesNativeMemory {
    private TakesNativeMemory() {}

    public static long capacity(FloatPointer pointer) {
        return pointer.capacity();
    }
}
