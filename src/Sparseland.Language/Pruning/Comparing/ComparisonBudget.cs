using System.Globalization;
using Sparseland.Errors;

namespace Sparseland.Language.Pruning.Comparing;

/// <summary>What is held equal.</summary>
public enum EqualBy
{
    /// <summary>The bytes of all weights as stored, index included.</summary>
    Bytes,

    /// <summary>The time per decoded token on this machine.</summary>
    Time,
}

/// <summary>The budgets at which recipes are compared.</summary>
/// <param name="By">What is held equal.</param>
/// <param name="Targets">Bytes, or speeds over the dense model in bfloat16, each the whole comparison once more; empty for what the first recipe takes as it is written.</param>
public sealed record ComparisonBudget(EqualBy By, IReadOnlyList<double> Targets)
{
    /// <summary>By how much a result may miss its budget and still count as equal: 1 % of the bytes, 5 % of the time, which is not measured better.</summary>
    public double Tolerance => By == EqualBy.Bytes ? 0.01 : 0.05;

    /// <summary>Whether a result is at its budget.</summary>
    public bool IsMet(double value, double target) => Math.Abs(value / target - 1) <= Tolerance;

    /// <summary>A target in words: "1,234,567 bytes" or "1.30 times the speed of dense bf16".</summary>
    public string Describe(double target) => By == EqualBy.Bytes
        ? string.Create(CultureInfo.InvariantCulture, $"{target:N0} bytes")
        : string.Create(CultureInfo.InvariantCulture, $"{target:0.00} times the speed of dense bf16");

    internal void Validate()
    {
        if (Targets.Any(target => !(target > 0) || !double.IsFinite(target)))
            throw new InvalidSettingException("a comparison's budget must be above zero");
        if (Targets.Distinct().Count() != Targets.Count)
            throw new InvalidSettingException("a comparison's budgets must differ from each other");
    }
}
