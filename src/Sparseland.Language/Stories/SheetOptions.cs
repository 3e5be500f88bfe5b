using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>
/// Work sheets among the stories: texts of a few problems of one kind with worked answers, for a model that has to reason. A sheet is several
/// examples of the same task, so that its beginning serves as a few-shot prompt for its end.
/// </summary>
/// <param name="Sums">Chance that a text is a sheet of sums, worked out one operation at a time. In [0, 1].</param>
/// <param name="Lists">Chance that a text is a sheet of list tasks whose rule the first answer gives away. In [0, 1 - <paramref name="Sums"/>].</param>
/// <param name="FewestOperations">Fewest operations of a sum, in 1..<paramref name="MostOperations"/>.</param>
/// <param name="MostOperations">Most operations of a sum, in <paramref name="FewestOperations"/>..8.</param>
/// <param name="GreatestOperand">The greatest number of a sum, in 9..99; factors of products are at most 9.</param>
public sealed record SheetOptions(double Sums = 0.5, double Lists = 0.2, int FewestOperations = 2, int MostOperations = 4, int GreatestOperand = 99)
{
    internal void Validate()
    {
        if (!(Sums >= 0 && Lists >= 0 && Sums + Lists <= 1))
            throw new InvalidSettingException($"story options: the sheets' chances {Sums} and {Lists} are not shares of 1");
        if (FewestOperations < 1 || MostOperations < FewestOperations || MostOperations > 8)
            throw new InvalidSettingException($"story options: the sums' operations {FewestOperations} to {MostOperations} are not a range within 1..8");
        if (GreatestOperand is < 9 or > 99)
            throw new InvalidSettingException($"story options: the sums' greatest number {GreatestOperand} is outside 9..99");
    }
}
