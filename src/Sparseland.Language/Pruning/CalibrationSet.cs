using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Sparseland.Errors;
using Sparseland.Language.Models;
using Sparseland.Recipes;

namespace Sparseland.Language.Pruning;

/// <summary>The token sequences that calibration runs through a model: equally long, in a fixed order.</summary>
public sealed class CalibrationSet
{
    private const int DefaultLength = 512;

    /// <summary>Wraps sequences.</summary>
    /// <param name="sequences">At least one, all of the same length of at least one token.</param>
    /// <param name="source">Where they come from, for reports: a file's name, or "the model's own samples".</param>
    /// <exception cref="InvalidSettingException">There is none, or lengths differ.</exception>
    public CalibrationSet(IReadOnlyList<int[]> sequences, string source)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        if (sequences.Count == 0 || sequences[0].Length == 0)
            throw new InvalidSettingException($"calibration from {source}: there is not a single token; give a longer text");
        if (sequences.Any(sequence => sequence.Length != sequences[0].Length))
            throw new InvalidSettingException($"calibration from {source}: all sequences must be equally long");
        Sequences = sequences;
        Source = source;
        Hash = HashOf(sequences);
    }

    /// <summary>Token ids.</summary>
    public IReadOnlyList<int[]> Sequences { get; }

    /// <summary>How many sequences.</summary>
    public int Count => Sequences.Count;

    /// <summary>Tokens of each.</summary>
    public int Length => Sequences[0].Length;

    /// <summary>Where they come from.</summary>
    public string Source { get; }

    /// <summary>Hexadecimal digest of all tokens.</summary>
    public string Hash { get; }

    /// <summary>Tokens of a window: the recipe's own number, else the model's context, at most 512.</summary>
    public static int LengthFor(TransformerConfiguration configuration, CalibrationSettings settings)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Length > 0 ? settings.Length : Math.Min(DefaultLength, configuration.ContextLength);
    }

    private static string HashOf(IReadOnlyList<int[]> sequences)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var sequence in sequences)
        {
            hash.AppendData(BitConverter.GetBytes(sequence.Length));
            hash.AppendData(MemoryMarshal.AsBytes<int>(sequence));
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
