using Sparseland.Errors;

namespace Sparseland.Language.Stories;

/// <summary>Relative shares of the questions; zero leaves a kind out. What cannot be asked (a code where no lock is known) is skipped and the others share its part.</summary>
public sealed record StoryQuestionShares
{
    /// <summary>Where somebody or something is.</summary>
    public double Where { get; init; } = 3;

    /// <summary>Who has something.</summary>
    public double Who { get; init; } = 1.3;

    /// <summary>How many somebody has.</summary>
    public double Count { get; init; } = 2;

    /// <summary>How many several people have together.</summary>
    public double Sum { get; init; } = 1;

    /// <summary>What somebody said.</summary>
    public double Said { get; init; } = 1.6;

    /// <summary>What somebody was told.</summary>
    public double Told { get; init; } = 1.6;

    /// <summary>What colour something has.</summary>
    public double Colour { get; init; } = 0.8;

    /// <summary>What a code is.</summary>
    public double Key { get; init; } = 1.5;

    /// <summary>A sum of several steps that the question brings with it.</summary>
    public double Chain { get; init; }

    /// <summary>A riddle of three or four facts that the question brings with it.</summary>
    public double Riddle { get; init; }

    /// <summary>Part of the questions about the place of things and about counts that ask for a worked answer, in [0, 1].</summary>
    public double Worked { get; init; } = 0.45;

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
