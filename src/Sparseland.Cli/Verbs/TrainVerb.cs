using System.CommandLine;
using System.Globalization;
using Sparseland.Cli.CommandLine;
using Sparseland.Language.Training;

namespace Sparseland.Cli.Verbs;

/// <summary>Trains a language model from a recipe; kill it and start it again, and it goes on.</summary>
internal sealed class TrainVerb : Verb
{
    private readonly Argument<FileInfo> _recipe = new("RECIPE") { Description = "Recipe file (JSON), such as models/storyteller/recipe.json." };
    private readonly Option<DirectoryInfo?> _output = new("--output", "-o") { Description = "Folder of the model; default: the recipe's own folder." };
    private readonly Option<int?> _legs = new("--legs") { Description = "Train no further than this many legs of the recipe." };

    public override string Name => "train";

    public override string Summary => "Train a language model from a recipe, with checkpoints: the same command continues an interrupted run.";

    public override bool Resumes => true;

    public override IReadOnlyList<(string Command, string Effect)> Examples =>
    [
        ("sparseland train models/storyteller/recipe.json -o my-storyteller", "makes the model that ships with the tool"),
        ("sparseland train recipe.json --legs 1 --json", "trains the first leg only and prints the figures as JSON"),
    ];

    public override IEnumerable<Symbol> Symbols => [_recipe, _output, _legs];

    public override int Run(VerbContext context)
    {
        var path = context.Get(_recipe)!.FullName;
        var recipe = TrainingRecipe.Read(path);
        var output = context.Get(_output)?.FullName ?? Path.GetDirectoryName(path)!;
        var trainer = new LanguageTrainer(recipe);
        context.Say(trainer.Describe());
        var outcome = context.WithProgress(progress => trainer.Train(output, context.Get(_legs) ?? recipe.Legs.Count, progress, context.CancellationToken));
        if (context.Json)
        {
            VerbContext.WriteJson(json =>
            {
                json.WriteStartObject();
                json.WriteString("model", output);
                json.WriteNumber("legs", outcome.LegsDone);
                json.WriteStartObject("figures");
                foreach (var (name, value) in outcome.Figures)
                    json.WriteNumber(name, value);
                json.WriteEndObject();
                json.WriteEndObject();
            });
            return 0;
        }
        context.Output.WriteLine($"{output}: {outcome.LegsDone} of {recipe.Legs.Count} legs");
        foreach (var (name, value) in outcome.Figures)
            context.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {name,-26} {value:F4}"));
        return 0;
    }
}
