using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>Relative shares of the questions; zero leaves a kind out. What cannot be asked (a code where no lock is known) is skipped and the others share its part.</summary>
/// <param name="Where">Where somebody or something is.</param>
/// <param name="Who">Who has something.</param>
/// <param name="Count">How many somebody has.</param>
/// <param name="Sum">How many several people have together.</param>
/// <param name="Said">What somebody said.</param>
/// <param name="Told">What somebody was told.</param>
/// <param name="Colour">What colour something has.</param>
/// <param name="Key">What a code is.</param>
/// <param name="Chain">A sum of several steps that the question brings with it.</param>
/// <param name="Riddle">A riddle of three or four facts that the question brings with it.</param>
/// <param name="Worked">Part of the questions about the place of things and about counts that ask for a worked answer, in [0, 1].</param>
public sealed record StoryQuestionShares(
    double Where = 3,
    double Who = 1.3,
    double Count = 2,
    double Sum = 1,
    double Said = 1.6,
    double Told = 1.6,
    double Colour = 0.8,
    double Key = 1.5,
    double Chain = 0,
    double Riddle = 0,
    double Worked = 0.45)
{
    internal void Validate()
    {
        ReadOnlySpan<double> shares = [Where, Who, Count, Sum, Said, Told, Colour, Key, Chain, Riddle];
        foreach (var share in shares)
        {
            if (!(share >= 0 && double.IsFinite(share)))
                throw new InvalidSettingException($"story options: the question share {share} is not a finite number of at least 0");
        }
        if (!(Where > 0 || Who > 0 || Colour > 0 || Chain > 0 || Riddle > 0))
            throw new InvalidSettingException("story options: of the question shares where, who, colour, chain and riddle at least one must be above 0, since only these can always be asked");
        if (!(Worked is >= 0 and <= 1))
            throw new InvalidSettingException($"story options: the worked share {Worked} is outside 0..1");
    }
}
