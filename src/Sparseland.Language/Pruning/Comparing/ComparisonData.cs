using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Sparseland.Language.Evaluation;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>What every contestant is given under one seed: the same calibration tokens and the same evaluation.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Calibration">The calibration sequences.</param>
/// <param name="Evaluation">Texts and protocol.</param>
public sealed record ComparisonData(ulong Seed, CalibrationSet Calibration, EvaluationData Evaluation)
{
    /// <summary>Digest of the evaluation texts and their protocol.</summary>
    public string EvaluationHash => HashOf(Evaluation);

    private static string HashOf(EvaluationData evaluation)
    {
        ArgumentNullException.ThrowIfNull(evaluation);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(evaluation.Protocol.ToString()));
        foreach (var text in evaluation.Texts)
        {
            var bytes = Encoding.UTF8.GetBytes(text.Text);
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\n{text.Domain} {bytes.Length}\n")));
            hash.AppendData(bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
