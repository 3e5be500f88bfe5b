using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Sparseland.Kernels;

/// <summary>What this processor offers to the kernels, in words.</summary>
public static class Hardware
{
    /// <summary>The widest vectors that kernels use here.</summary>
    public static string WidestVectors => Vector512.IsHardwareAccelerated ? "AVX-512" : UpTo256;

    /// <summary>What kernels limited to 256 bits use here.</summary>
    public static string UpTo256 => Vector256.IsHardwareAccelerated ? Fma.IsSupported ? "AVX2+FMA" : "256-bit vectors" : UpTo128;

    /// <summary>What the integer products of 8-bit and 4-bit weights use here.</summary>
    public static string IntegerProducts => AvxVnni.IsSupported ? "AVX-VNNI" : Avx2.IsSupported ? "AVX2 integers" : "scalar";

    private static string UpTo128 => AdvSimd.IsSupported ? "AdvSimd" : Vector128.IsHardwareAccelerated ? "128-bit vectors" : "scalar";
}
