using Sparseland.Cli.CommandLine;
using Sparseland.Cli.Output;
using Sparseland.Language.Checkpoints;
using Sparseland.Language.Pruning;
using Sparseland.Recipes;

namespace Sparseland.Cli.Verbs;

/// <summary>What a recipe would do to every tensor, and the rule that says so.</summary>
internal static class PlanListing
{
    public static int Write(VerbContext context, ICheckpoint checkpoint, Recipe recipe)
    {
        var plan = ModelPruner.Plan(checkpoint, recipe);
        var memory = PruneMemory.Of(checkpoint.Configuration, recipe, recipe.Calibration.Sequences, CalibrationSet.LengthFor(checkpoint.Configuration, recipe.Calibration));
        if (context.Json)
        {
            WriteJson(plan, memory, PruneWork.Operations(checkpoint, recipe));
            return 0;
        }
        var table = new TextTable("tensor", "shape", "decision", "rule");
        foreach (var tensor in plan.Tensors)
            table.Add(tensor.Name, $"{tensor.Shape}", tensor.Prunes ? $"{tensor.Pattern} {TextTable.Percent(tensor.Sparsity)}" : "kept", tensor.Rule);
        table.Write(context.Output);
        if (WorkEstimate.Describe(recipe.Update.Name, PruneWork.Operations(checkpoint, recipe)) is { } work)
            context.Output.WriteLine(work);
        context.Output.WriteLine($"{TextTable.Percent(plan.Sparsity)} of the prunable weights{(plan.IsFinal ? "" : ", before the allocation has seen the model")}; memory: at most about {TextTable.Bytes(memory.TotalBytes)}; nothing was written");
        return 0;
    }

    private static void WriteJson(PruningPlan plan, PruneMemory memory, double operations) => VerbContext.WriteJson(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("sparsity", plan.Sparsity);
        json.WriteNumber("memoryBytes", memory.TotalBytes);
        json.WriteNumber("updateOperations", operations);
        json.WriteStartArray("tensors");
        foreach (var tensor in plan.Tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("shape", tensor.Shape.ToString());
            json.WriteBoolean("prunes", tensor.Prunes);
            json.WriteNumber("sparsity", tensor.Sparsity);
            json.WriteString("rule", tensor.Rule);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });
}
