using System.Runtime.Intrinsics;

namespace Sparseland.Language.Models;

/// <summary>Bulk conversion between float32 and the cache's bfloat16 rows: round to nearest even on the way in, exact on the way out.</summary>
internal static unsafe class BFloat16Rows
{
    /// <summary>Widens each value by 16 zero bits.</summary>
    public static void Widen(ushort* source, float* destination, int count)
    {
        var i = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; i <= count - 16; i += 16)
            {
                var (low, high) = Vector256.Widen(Vector256.Load(source + i));
                (low << 16).AsSingle().Store(destination + i);
                (high << 16).AsSingle().Store(destination + i + 8);
            }
        }
        for (; i < count; i++)
            destination[i] = BitConverter.UInt32BitsToSingle((uint)source[i] << 16);
    }

    /// <summary>Rounds each value to its upper 16 bits.</summary>
    public static void Narrow(float* source, ushort* destination, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var bits = BitConverter.SingleToUInt32Bits(source[i]);
            destination[i] = float.IsNaN(source[i]) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        }
    }
}
