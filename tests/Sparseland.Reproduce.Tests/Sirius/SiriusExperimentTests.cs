using Sparseland.Language.Stories;
using Sparseland.Language.Tokenizers;
using Sparseland.Reproduce.Sirius;

namespace Sparseland.Reproduce.Tests.Sirius;

public class SiriusExperimentTests
{
    [Fact]
    public void Without_the_model_nothing_is_claimed_and_a_note_says_why()
    {
        var result = new SiriusExperiment().Run(new ExperimentContext { Quick = true });
        Assert.True(result.Holds);
        Assert.Equal(new SiriusExperiment().Claims.Count, result.Outcomes.Count);
        Assert.All(result.Outcomes, outcome => Assert.Equal(Verdict.NotTested, outcome.Verdict));
        Assert.Contains(result.Notes, note => note.Contains("models/reasoner", StringComparison.Ordinal));
    }

    [Fact]
    public void A_problem_ends_where_the_answer_begins_and_takes_only_the_right_number()
    {
        var texts = StoryCorpus.Texts(1, 0, 40, new StoryOptions { Sheets = new SheetOptions(1, 0) });
        var tokenizer = BytePairTrainer.Train(texts, new BytePairTrainerOptions { VocabularySize = 300, Cut = WordCut.Qwen2 });
        foreach (var problem in SumProblem.Draw(tokenizer, new SheetOptions(), 5, 20))
        {
            var text = tokenizer.Decode(problem.Prompt);
            Assert.EndsWith("\nA:", text, StringComparison.Ordinal);
            Assert.InRange(text.Split("Q:").Length - 1, 3, 5);
            Assert.True(problem.IsSolvedBy($" 7*3+1=21+1={problem.Answer}."));
            Assert.False(problem.IsSolvedBy($" {problem.Answer}0."));
            Assert.False(problem.IsSolvedBy(""));
        }
    }
}
