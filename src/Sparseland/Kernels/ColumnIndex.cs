using System.Runtime.CompilerServices;

namespace Sparseland.Kernels;

/// <summary>Column numbers of 16 or 32 bits behind one name: a type parameter of kernels, each compiled for both.</summary>
internal static unsafe class ColumnIndex
{
    /// <summary>The i-th number.</summary>
    /// <param name="columns">Numbers of type ushort, or of a 32-bit type and not negative.</param>
    /// <param name="i">Which.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nuint Of<TIndex>(TIndex* columns, nuint i) where TIndex : unmanaged =>
        sizeof(TIndex) == sizeof(ushort) ? ((ushort*)columns)[i] : ((uint*)columns)[i];
}
