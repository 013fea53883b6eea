"""The service that people write: FastAPI in front of scikit-learn's TF-IDF and logistic regression.

usage: serve.py FILE.tsv PORT       a text and its label on each line; POST /predict {"text": ...}

One process of uvicorn, as its documentation starts it, without an access log.
"""
import sys

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

rows = [line.rstrip("\n").split("\t") for line in open(sys.argv[1], encoding="utf-8")]
model = make_pipeline(TfidfVectorizer(), LogisticRegression(max_iter=1000))
model.fit([text for text, _ in rows], [label for _, label in rows])
app = FastAPI()


class Question(BaseModel):
    text: str


@app.post("/predict")
async def predict(question: Question):
    scores = model.predict_proba([question.text])[0]
    best = scores.argmax()
    return {"label": model.classes_[best], "score": float(scores[best])}


uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), access_log=False, log_level="warning")
