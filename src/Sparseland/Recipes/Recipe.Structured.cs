using Sparseland.Errors;
using Sparseland.Layouts;

namespace Sparseland.Recipes;

public sealed partial record Recipe
{
    /// <summary>Whether whole structures go: score and update are then those of structures (<see cref="Methods.StructureScores"/>, <see cref="Methods.StructureUpdates"/>).</summary>
    public bool IsStructured => Pattern.Structures != Masks.StructureKinds.None;

    /// <summary>What score and update need to know of the inputs of the layers.</summary>
    public StatisticsKind Needs => IsStructured
        ? Methods.StructureScores.Create(Score).Needs | Methods.StructureUpdates.Create(Update).Needs
        : Methods.Scores.Create(Score).Needs | Methods.Updates.Create(Update).Needs;

    private void ValidateStructured(IAllocation allocation)
    {
        RequireKind("score", Score.Name, Methods.StructureScores, Methods.Scores, "ranks single weights", "removes whole structures");
        RequireKind("update", Update.Name, Methods.StructureUpdates, Methods.Updates, "changes single weights under a mask", "leaves no mask");
        var score = Methods.StructureScores.Create(Score);
        Methods.StructureUpdates.Create(Update);
        Refuse(score.DependsOnCount && allocation.ComparesScores, $"the score {Score} needs to know how many structures stay, and the allocation {Allocation.Name} compares scores to find out: choose another of the two");
        Refuse(Group is not null || Mode is not null, "structures compete within their layer: leave group and selection out");
        Refuse(Layout is not ("auto" or "dense"), $"the result is dense, the layout {Layout} holds masks: choose dense or auto");
        Refuse(Values == ElementType.Int8, "the result is dense, and dense safetensors hold no scales: choose f32 or bf16, or convert the result to GGUF");
        Refuse(Calibration.TrueSequential, "all statistics come from the dense model in one walk: leave trueSequential out");
        Refuse(Rules.Any(rule => rule.Pattern is not null), "a rule cannot give some matrices another pattern, because structures reach over several: leave the rule's pattern out");
    }

    private void ValidateMasked(IAllocation allocation)
    {
        RequireKind("score", Score.Name, Methods.Scores, Methods.StructureScores, "ranks whole structures", "removes single weights");
        RequireKind("update", Update.Name, Methods.Updates, Methods.StructureUpdates, "is for whole structures", "removes single weights");
        Refuse(Recovery is { Rank: not null } or { RanksByImportance: not null }, "recovery trains the kept weights themselves, ranks are for low-rank products after structures went: leave the recovery's rank out");
        Methods.Scores.Create(Score);
        var update = Methods.Updates.Create(Update);
        foreach (var pattern in Rules.Select(rule => rule.Pattern).Prepend(Pattern).OfType<Masks.Pattern>())
            if (update.Refuses(pattern) is { } reason)
                throw new InvalidSettingException($"update {Update} with the pattern {pattern}: {reason}");
        if (update.Refuses(this) is { } fault)
            throw new InvalidSettingException($"update {Update}: {fault}");
        Refuse(allocation.ComparesScores, $"the allocation {Allocation.Name} compares the scores of whole structures: choose another, or the pattern neurons, heads or neurons+heads");
        Refuse(allocation.JudgesModels, $"the allocation {Allocation.Name} judges models without some of their structures: choose another, or the pattern neurons, heads or neurons+heads");
        Refuse(Rules.Any(rule => rule.Pattern is { Structures: not Masks.StructureKinds.None }), "structures go in the whole model or not at all: leave the rule's pattern out");
    }

    // A name that exists for the other kind of pattern is refused with the reason, any other by the registry.
    private void RequireKind<TMine, TOther>(string choice, string name, MethodRegistry<TMine> mine, MethodRegistry<TOther> other, string does, string pattern) =>
        Refuse(!mine.Knows(name) && other.Knows(name), $"the {choice} {name} {does}, the pattern {pattern}: choose {string.Join(", ", mine.Entries.Select(entry => entry.Name))}");

    private void Refuse(bool condition, string reason)
    {
        if (condition)
            throw new InvalidSettingException($"pattern {Pattern}: {reason}");
    }
}
