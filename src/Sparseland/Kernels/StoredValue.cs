using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sparseland.Layouts;

namespace Sparseland.Kernels;

/// <summary>
/// How a kernel reads stored values as float32: one, eight or sixteen neighbours. A type parameter, so that each kernel is compiled for each storage without a call.
/// Int8 is read without its scale, which the kernel applies to the row's sum.
/// </summary>
internal unsafe interface IStoredValue
{
    /// <summary>Bytes of one value.</summary>
    static abstract int Size { get; }

    /// <summary>One value.</summary>
    static abstract float Load(byte* source);

    /// <summary>Eight values; 8 x <see cref="Size"/> bytes are read.</summary>
    static abstract Vector256<float> Load256(byte* source);

    /// <summary>Sixteen values; 16 x <see cref="Size"/> bytes are read. Needs AVX-512.</summary>
    static abstract Vector512<float> Load512(byte* source);
}

/// <summary>Values that are float32 already.</summary>
internal readonly unsafe struct Float32Value : IStoredValue
{
    public static int Size => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => Vector256.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => Vector512.Load((float*)source);
}

/// <summary>The upper half of a float32: widened by one shift.</summary>
internal readonly unsafe struct BFloat16Value : IStoredValue
{
    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => StoredValues.FromBFloat16(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => Avx2.ShiftLeftLogical(Avx2.ConvertToVector256Int32((ushort*)source), 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) =>
        Avx512F.ShiftLeftLogical(Avx512F.ConvertToVector512Int32(Vector256.Load((ushort*)source)), 16).AsSingle();
}

/// <summary>
/// IEEE half precision, widened by integer steps because this runtime has no conversion instruction: sign-extended, shifted by 13, superfluous sign bits cleared,
/// and a product with 2^112 for the exponent's bias (exact, subnormals too).
/// </summary>
internal readonly unsafe struct Float16Value : IStoredValue
{
    private const int SignAndMagnitude = unchecked((int)0x8FFFE000);

    public static int Size => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => StoredValues.FromFloat16(*(ushort*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) =>
        ((Avx2.ConvertToVector256Int32((short*)source) << 13) & Vector256.Create(SignAndMagnitude)).AsSingle() * Vector256.Create(StoredValues.Float16Bias);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) =>
        ((Avx512F.ConvertToVector512Int32(Vector256.Load((short*)source)) << 13) & Vector512.Create(SignAndMagnitude)).AsSingle() * Vector512.Create(StoredValues.Float16Bias);
}

/// <summary>Signed bytes, without their scale.</summary>
internal readonly unsafe struct Int8Value : IStoredValue
{
    public static int Size => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => *(sbyte*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> Load256(byte* source) => Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32((sbyte*)source));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load512(byte* source) => Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load((sbyte*)source)));
}
