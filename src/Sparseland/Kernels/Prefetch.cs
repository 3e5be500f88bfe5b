using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>Asks for cache lines before they are needed. Any address is fine; nothing happens where the instruction does not exist.</summary>
internal static unsafe class Prefetch
{
    /// <summary>One line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Line(void* address)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(address);
    }

    /// <summary>Some neighbouring lines.</summary>
    /// <param name="address">The first.</param>
    /// <param name="count">How many; best the same over many calls, so that the loop is predicted.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(void* address, int count)
    {
        if (!Sse.IsSupported)
            return;
        for (var i = 0; i < count; i++)
            Sse.Prefetch0((byte*)address + i * 64);
    }
}
