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

    /// <summary>Three neighbouring lines.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Lines(void* address)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(address);
        Sse.Prefetch0((byte*)address + 64);
        Sse.Prefetch0((byte*)address + 128);
    }
}
